// SPDX-License-Identifier: Apache-2.0
// An empty table of ICU data, in place of the 30 MB that the static Foundation brings along: qpool
// formats no dates and compares no words by language. Its place in the link comes first, so that the
// archive's own table is never drawn in.
#include <stdint.h>

// The header of an ICU data table (unicode/udata.h): its size, two marks, and what the data are.
struct table {
    uint16_t header_bytes;
    uint8_t mark[2];
    uint16_t info_bytes;
    uint16_t reserved;
    uint8_t is_big_endian;
    uint8_t charset;
    uint8_t unit_bytes;
    uint8_t reserved_byte;
    uint8_t format[4];
    uint8_t format_version[4];
    uint8_t data_version[4];
    uint8_t padding[8];
    uint32_t entries;
    uint32_t end;
};

__attribute__((visibility("default"))) const struct table ICU_ENTRY = {
    .header_bytes = 32,
    .mark = {0xda, 0x27},
    .info_bytes = 20,
    .unit_bytes = 2,
    .format = {'T', 'o', 'C', 'P'},
    .format_version = {1, 0, 0, 0},
};
