"""Sessions as files for other people and other tools: the read model written out.

chosen      which turns an export is of
redaction   the same turns with secrets masked once more
target      where the bytes go: a private file, or standard output
story       turns as titles and texts, for the formats that people read
exchanges   turns as HTTP exchanges, for the formats that proxies read
page        the parts of the HTML page
formats     one format a module; the folder is the list of them
"""
