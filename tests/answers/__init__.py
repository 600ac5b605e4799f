"""One file a behaviour of the case collection: each turns a case into a call of the product's own
code and the result back into the collection's words. No rules of the desk live here.
"""
