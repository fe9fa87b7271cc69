"""Dictionaries of the host's that plugins read, change in place and keep: changes go to the host at once, also
those of lists and dictionaries inside; reading asks the host again when it has run since the last look.
"""
from kalico_bridge import codec, link
from kalico_bridge.proxy import bridge_call, camel

_CHANGES = {
    dict: ("__setitem__", "__delitem__", "clear", "pop", "popitem", "setdefault", "update"),
    list: ("__setitem__", "__delitem__", "__iadd__", "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse"),
}
_READS = ("__getitem__", "__contains__", "__iter__", "__len__", "__eq__", "__repr__", "get", "keys", "values", "items", "copy")


class _Root:
    """Where a live value comes from: a member of a host object."""

    def __init__(self, owner, member):
        self.owner = owner
        self.member = member
        self.turn = link.turns
        self.value = None

    def changed(self):
        self.turn = link.turns  # reading it to send it must not fetch the old content
        content = codec.Raw(codec.tag_typed(self.value))
        bridge_call("setValue", self.owner, self.member, content)
        self.turn = link.turns

    def refresh(self):
        if self.turn == link.turns:
            return
        fresh = self.owner._get(self.member)
        self.turn = link.turns
        held = dict.copy(self.value)
        if fresh == held:
            return
        # What did not change stays the same object: somebody may hold it.
        kept = {key: held[key] if key in held and held[key] == item else _live(item, self) for key, item in fresh.items()}
        dict.clear(self.value)
        dict.update(self.value, kept)


class LiveDict(dict):
    """A dictionary of the host's."""


class LiveList(list):
    """A list inside a live dictionary."""


def _live(value, root):
    if type(value) is dict:
        made = LiveDict((key, _live(item, root)) for key, item in value.items())
    elif type(value) is list:
        made = LiveList(_live(item, root) for item in value)
    else:
        return value
    made._root = root
    return made


def _changing(base, name):
    change = getattr(base, name)

    def changed(self, *arguments, **more):
        self._root.refresh()
        result = change(self, *arguments, **more)
        self._root.changed()
        return result

    changed.__name__ = name
    return changed


def _reading(name):
    read = getattr(dict, name)

    def fresh(self, *arguments):
        if self._root.value is self:
            self._root.refresh()
        return read(self, *arguments)

    fresh.__name__ = name
    return fresh


for _class, _base in ((LiveDict, dict), (LiveList, list)):
    for _name in _CHANGES[_base]:
        setattr(_class, _name, _changing(_base, _name))
    # Copies are plain: they belong to whoever made them.
    _class.__deepcopy__ = lambda self, memo, base=_base: _plain(self)
    _class.__reduce__ = lambda self, base=_base: (base, (base(self),))
for _name in _READS:
    setattr(LiveDict, _name, _reading(_name))
LiveDict.__hash__ = None


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


class live_dict:
    """A member that is a dictionary: reading gives the live one, assigning replaces the host's."""

    def __init__(self, name=None):
        self.name = name

    def __set_name__(self, owner, name):
        self.name = self.name or camel(name)

    def __get__(self, proxy, owner=None):
        if proxy is None:
            return self
        root = _Root(proxy, self.name)
        content = proxy._get(self.name)
        root.turn = link.turns
        root.value = _live(content, root)
        return root.value

    def __set__(self, proxy, value):
        bridge_call("setValue", proxy, self.name, codec.Raw(codec.tag_typed(value)))
