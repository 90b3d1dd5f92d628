"""The Mesa model of the packaging industry.

``model`` holds the quarter, phase by phase; ``structure`` the rows that everything is counted in; ``supply_graph`` who can supply
whom; ``worlds`` seeds, shocks and drawn parameters; ``state`` all that a quarter hands to the next. The agents' own rules are in
``agents``. The model has never heard of players, pages, databases or files.
"""
