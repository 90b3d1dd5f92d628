"""The pages, in Solara: components that show values and hand back what people do. No rule of the game lives here.

How to write a page (a module of ``policygame/web/pages``)
----------------------------------------------------------
* A page is a Solara component; ``policygame.web.app.PAGES`` names it: ``Home()``, ``Play(code, rest)``, ``Assign(code, rest)``,
  ``About(rest)``. It returns ``Shell(title, ..., children=[...])`` from ``policygame.web.shell``: top bar, navigation,
  notices, the landmark ``<main>``.
* The game: ``policygame.web.hosted.host()`` is the Host of this process, ``hosted.forecaster()`` runs its worlds.
  ``kernel.use_wake(lambda wake: host().subscribe(game_id,
  wake), [game_id])`` draws the component again whenever the game changes; then read ``host().view(game_id, token)`` anew. Never keep
  a view in a reactive.
* Who sits where: ``tokens = identity.use_tokens()`` holds the seat tokens of this browser (HttpOnly cookies): ``tokens.get(code)``,
  ``tokens.keep(code, token)`` after ``host().create`` or ``join``, ``tokens.forget(code)``.
* Display components (``policygame.web.components``) are functions from plain values to ``Markup``: ``treasury_bar(...)``,
  ``ladder(...)`` and so on. Show them with ``Fragment(markup, on_act)``; everything that can be pressed carries ``data-act`` and
  ``data-value`` and arrives as ``on_act(act, value)``. Put several into one Fragment: fewer widgets are faster. Text is
  escaped by ``markup.el``; never build HTML by hand from what somebody typed. The exported debrief uses the same functions.
* Components with a life in the browser are Solara components: ``LeverRow``, ``Replay``, ``Chart``. ``Box([...], tag=, classes=)`` is
  an element around others.
* Charts (``policygame.web.charts``) are functions from plain values to ``ChartSpec(option, sentence, head, rows)``; ``Chart(spec,
  height=...)`` draws one and carries its text alternative. Colours are tokens (``@draft``, ``@USA/30``), so a theme costs nothing.
* Words go through ``text._``; numbers through ``text.number``, ``percent``, ``change``. The ``?`` is ``help.question("lever",
  "packaging_grant")``, ``("metric", id)`` or ``("term", id)``.
* Links inside: ``<a href=shell.link("/play/K7QM") data-nav="/play/K7QM">`` (``shell.nav_link``); from Python ``go = shell.use_go()``.
* Classes of ``assets/web/ui.css``: card, pad, row, between, grow, stack, wrap, sub, micro, mute, b, r, nw, btn (strong, lg, sm,
  ghost, danger), chip (on, flat), seg, tabs/tab, switch, field, page, narrow, hide-s (not on a phone), hide-m, scrollx, vh.
  640 px and narrower is a phone: targets 44 px, navigation at the bottom (``Shell(nav=...)``), a dock (class ``dock``) above it.
"""

from policygame.web.solara_setup import set_up

__all__: list[str] = []

set_up()
