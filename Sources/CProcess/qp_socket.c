// SPDX-License-Identifier: Apache-2.0
#include "qp_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// The port in an address, 0 where it has none.
static uint16_t port_of(const struct sockaddr_storage *address) {
    if (address->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)address)->sin_port);
    if (address->ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
    return 0;
}

uint16_t qp_peer_port(int fd) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getpeername(fd, (struct sockaddr *)&address, &size) != 0) return 0;
    return port_of(&address);
}

void qp_cut_connection(int fd, uint16_t peer_port) {
    if (peer_port != 0 && qp_peer_port(fd) == peer_port) shutdown(fd, SHUT_RDWR);
}

static int outcome_of(int number) {
    switch (number) {
    case 0: return QP_REACHED;
    case ECONNREFUSED: return QP_REFUSED;
    case EHOSTUNREACH:
    case ENETUNREACH: return QP_UNREACHABLE;
    default: return QP_REACHED;
    }
}

static int try_address(const struct addrinfo *address, int milliseconds) {
    const int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (fd < 0) return QP_REACHED;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    int number = 0;
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) number = errno;
    if (number == EINPROGRESS) {
        struct pollfd ready = {fd, POLLOUT, 0};
        socklen_t size = sizeof number;
        if (poll(&ready, 1, milliseconds) != 1
            || getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
            number = 0;
    }
    close(fd);
    return outcome_of(number);
}

int qp_try_connection(const char *host, const char *port, int milliseconds) {
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    struct addrinfo *found = NULL;
    const int problem = getaddrinfo(host, port, &hints, &found);
    if (problem == EAI_NONAME) return QP_UNKNOWN_HOST;
    if (problem != 0) return QP_REACHED;
    int outcome = QP_REACHED;
    for (struct addrinfo *address = found; address != NULL; address = address->ai_next) {
        outcome = try_address(address, milliseconds);
        if (outcome == QP_REACHED) break;
    }
    freeaddrinfo(found);
    return outcome;
}

/// Whether the system knows a way to an address: no packet is sent.
static int has_route(const struct addrinfo *address) {
    const int fd = socket(address->ai_family, SOCK_DGRAM, 0);
    if (fd < 0) return 0;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    const int connected = connect(fd, address->ai_addr, address->ai_addrlen) == 0;
    close(fd);
    return connected;
}

int qp_wants_ipv6(const char *host, const char *port) {
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0) return 0;
    int has_ipv4 = 0, has_ipv6 = 0, reaches_ipv4 = 0;
    for (struct addrinfo *address = found; address != NULL; address = address->ai_next) {
        if (address->ai_family == AF_INET) {
            has_ipv4 = 1;
            reaches_ipv4 |= has_route(address);
        }
        has_ipv6 |= address->ai_family == AF_INET6;
    }
    freeaddrinfo(found);
    return has_ipv6 && !(has_ipv4 && reaches_ipv4);
}

#ifdef __linux__

#include <dirent.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>

static int received_by(int fd, uint64_t *received) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
    if (size < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return -1;
    int waiting = 0;
    if (ioctl(fd, FIONREAD, &waiting) != 0 || waiting < 0) waiting = 0;
    *received = info.tcpi_bytes_received - (uint64_t)waiting;
    if (*received > info.tcpi_bytes_received) *received = 0;
    return 0;
}

uint64_t qp_acknowledged_bytes(int fd) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return UINT64_MAX;
    if (size < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked)
        return UINT64_MAX;
    return info.tcpi_bytes_acked;
}

size_t qp_connections(uint16_t port, struct qp_connection *out, size_t room) {
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) return 0;
    size_t count = 0;
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        const int fd = atoi(entry->d_name);
        struct sockaddr_storage address;
        socklen_t size = sizeof address;
        if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) continue;
        if (port_of(&address) != port) continue;
        struct qp_connection connection = {.fd = fd, .peer_port = qp_peer_port(fd)};
        // The listening socket has no other end.
        if (connection.peer_port == 0 || received_by(fd, &connection.received) != 0) continue;
        if (count < room) out[count] = connection;
        count++;
    }
    closedir(folder);
    return count;
}

uint64_t qp_resident_bytes(void) {
    char text[128];
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    const ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return 0;
    text[count] = 0;
    char *rest;
    strtoull(text, &rest, 10);
    const long page = sysconf(_SC_PAGESIZE);
    return strtoull(rest, NULL, 10) * (uint64_t)(page > 0 ? page : 4096);
}

#else

uint64_t qp_acknowledged_bytes(int fd) {
    (void)fd;
    return UINT64_MAX;
}

size_t qp_connections(uint16_t port, struct qp_connection *out, size_t room) {
    (void)port, (void)out, (void)room;
    return 0;
}

uint64_t qp_resident_bytes(void) { return 0; }

#endif
