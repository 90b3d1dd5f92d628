"""The pages, one module each: they bind components to the Host and to what it shows. No rule of the game lives here."""
