// SPDX-License-Identifier: Apache-2.0
#ifndef QP_SOCKET_H
#define QP_SOCKET_H

#include <stddef.h>
#include <stdint.h>

/// A TCP connection of this process.
struct qp_connection {
    int fd;
    uint16_t peer_port;
    /// Bytes that came by it and were taken from the system.
    uint64_t received;
};

/// The connections that came in at a local port: how many there are, the first `room` of them in `out`.
/// 0 where the system does not tell what a connection received.
size_t qp_connections(uint16_t port, struct qp_connection *out, size_t room);

/// The port of a connection's other end, 0 where it has none.
uint16_t qp_peer_port(int fd);

/// Ends a connection in both directions, if it is still the one to that port; its owner sees that the
/// peer hung up.
void qp_cut_connection(int fd, uint16_t peer_port);

enum { QP_REACHED = 0, QP_REFUSED = 1, QP_UNKNOWN_HOST = 2, QP_UNREACHABLE = 3 };

/// Tries to connect and hangs up at once. Where that takes longer, it counts as reached: this tells
/// only what is sure.
int qp_try_connection(const char *host, const char *port, int milliseconds);

/// Whether a name leads to IPv6 addresses, and to no IPv4 address that the system knows a way to; 0 where
/// it leads nowhere. Blocks while the name is looked up.
int qp_wants_ipv6(const char *host, const char *port);

/// Bytes sent by a connection that its other end has taken; UINT64_MAX where the system does not tell.
uint64_t qp_acknowledged_bytes(int fd);

/// Bytes of memory that this process occupies, 0 where the system does not tell.
uint64_t qp_resident_bytes(void);

#endif
