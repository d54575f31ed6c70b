"""A complete run without the net: a small provider, an agent that really works, a real proxy between them.

script     what the model says: the replies of one scripted session
provider   the Messages API on loopback, with TLS, that speaks the script
authority  its certificates
workshop   the scratch project the agent repairs, and the tools it has
agent      the agent loop, as a program of its own
transport  how the agent reaches the provider: the official SDK, or plain HTTP
stage      all of it in order
"""
