"""The nine phases of a quarter, one module each, in the order of ``PackagingModel.step``.

A phase reads the state, writes what it worked out into ``model.now``, and moves the state. Rules that belong to one kind of agent are
methods of the agents; what happens between agents - markets, flows, physics, payments - is here.
"""
