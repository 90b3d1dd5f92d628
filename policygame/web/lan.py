"""The addresses by which other machines may reach this one. Nothing is sent to find them out."""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys

__all__ = ["lan_addresses"]

_SIOCGIFADDR = 0x8915  # Linux: the address of an interface


def lan_addresses() -> list[str]:
    """IPv4 addresses of this machine other than the loopback's: those of private networks first, in the order of their numbers."""
    found = {address for address in (*_by_interface(), *_by_name(), *_by_route()) if _usable(address)}
    return sorted(found, key=lambda text: (not ipaddress.ip_address(text).is_private, ipaddress.ip_address(text)))


def _usable(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_unspecified or address.is_multicast)


def _by_interface() -> list[str]:
    if sys.platform != "linux":
        return []
    import fcntl

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # this interface has no IPv4 address
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _by_name() -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    except OSError:
        return []


def _by_route() -> list[str]:
    """The address that a packet to elsewhere would leave from; choosing it sends none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [str(asking.getsockname()[0])]
