"""Host objects that plugins make by themselves, functions of the host's modules, and lists that they change."""
from kalico_bridge import codec
from kalico_bridge.proxy import bridge_call, camel, missing


def construct(proxy, anchor, name, *arguments):
    """Makes `proxy` stand for a new host object of a class; `anchor`: any host object of the same printer."""
    codec.adopt(proxy, bridge_call("construct", anchor, name, arguments))


def host_function(anchor, name, *arguments):
    """Calls a function of a module of the host."""
    return bridge_call("hostFunction", anchor, name, arguments)


class _HostList(list):
    """A list of the host's: changes go there too."""

    def _bind(self, owner, member):
        self._owner = owner
        self._member = member
        return self


def _writing(name):
    change = getattr(list, name)

    def changed(self, *arguments, **more):
        result = change(self, *arguments, **more)
        bridge_call("replaceItems", self._owner, self._member, list(self))
        return result

    changed.__name__ = name
    return changed


for _name in ("__setitem__", "__delitem__", "__iadd__", "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse"):
    setattr(_HostList, _name, _writing(_name))


class host_list:
    """A member that is a list: reading it gives the items as they are, changing them changes the host's."""

    def __init__(self, convert=None, name=None):
        self.convert = convert
        self.name = name

    def __set_name__(self, owner, name):
        self.member = name
        self.name = self.name or camel(name)

    def __get__(self, proxy, owner=None):
        if proxy is None:
            return self
        items = proxy._get(self.name)
        if items is None:
            return missing(proxy, self.member)
        if self.convert is not None:
            items = [self.convert(item) for item in items]
        return _HostList(items)._bind(proxy, self.name)
