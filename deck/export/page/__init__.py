"""The HTML page: one file that asks for nothing else, is whole without its script, and runs no other one.

page.html  page.css  page.js   the parts that are the same in every page; the policy in the head names them by hash
frame                          what stands around the content
markup                         sessions, turns and steps as HTML, every recorded text escaped
"""
