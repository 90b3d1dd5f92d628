"""Fitting the numbers of a scenario to 2022-2024, and holding the model against what was observed.

``targets`` declares what was observed, ``likelihood`` the error model, ``sampler`` the Markov chains, ``fit`` a calibration from priors
to draws, ``diagnostics`` whether the chains agree and what history taught, ``backtest`` the table that anyone can print. The draws
themselves are read by ``policygame.scenario.posterior``.
"""
