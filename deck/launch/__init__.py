"""Running an agent through a recording proxy: what to set, what to start, how to end.

gateways   which hosts and local models the agent's variables and settings name
noproxy    which addresses a NO_PROXY list bypasses
roots      the CA of the proxy, and the bundle of roots that the agent trusts
variables  what the agent's environment becomes
proxy      the mitmdump process: ports, readiness, restart
agent      the agent's process on the user's terminal: signals, exit code
tally      what the proxies reported, and the one line at the end
runs       the run object
session    all of it in order
by_hand    what `deck proxy` and `deck env` tell of each other
"""
