// SPDX-License-Identifier: Apache-2.0
#include "qp_terminal.h"

#include <sys/ioctl.h>

int qp_terminal_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
