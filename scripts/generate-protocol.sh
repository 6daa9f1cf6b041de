#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes Sources/PoolCore/Wire/pool.pb.swift from docs/pool.proto. Needs protoc; builds protoc-gen-swift
# from the swift-protobuf release that Package.resolved names, outside this package.
set -eu
cd "$(dirname "$0")/.."
plugin=${PROTOC_GEN_SWIFT:-}
if [ -z "$plugin" ]; then
    swift package resolve
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cp -r .build/checkouts/swift-protobuf "$work/"
    chmod -R u+w "$work"
    swift build --package-path "$work/swift-protobuf" --product protoc-gen-swift
    plugin=$(swift build --package-path "$work/swift-protobuf" --show-bin-path)/protoc-gen-swift
fi
protoc --plugin=protoc-gen-swift="$plugin" --proto_path=docs \
    --swift_opt=Visibility=Package --swift_opt=UseAccessLevelOnImports=true \
    --swift_out=Sources/PoolCore/Wire pool.proto
# The generator does not know strict memory safety yet: mark its one shared default by hand.
sed -i 's/= _StorageClass.defaultInstance/= unsafe _StorageClass.defaultInstance/' \
    Sources/PoolCore/Wire/pool.pb.swift
sed -i '1i // SPDX-License-Identifier: Apache-2.0' Sources/PoolCore/Wire/pool.pb.swift
