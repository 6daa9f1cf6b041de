// SPDX-License-Identifier: Apache-2.0
// Nothing is called here: the object file is linked for the table that it defines.
