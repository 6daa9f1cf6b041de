// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ

extension SocketOption where Value == Int32 {
    /// 1: this end is the CURVE server.
    static var curveServer: Self { .init(number: ZMQ_CURVE_SERVER, name: "CURVE_SERVER") }
    /// 1: a handshake fails where no ZAP handler answers. Draft in the header, present in 4.3.
    static var zapEnforceDomain: Self { .init(number: 93, name: "ZAP_ENFORCE_DOMAIN") }
}

extension SocketOption where Value == [UInt8] {
    static var curvePublicKey: Self { .init(number: ZMQ_CURVE_PUBLICKEY, name: "CURVE_PUBLICKEY") }
    static var curveSecretKey: Self { .init(number: ZMQ_CURVE_SECRETKEY, name: "CURVE_SECRETKEY") }
    static var curveServerKey: Self { .init(number: ZMQ_CURVE_SERVERKEY, name: "CURVE_SERVERKEY") }
    static var zapDomain: Self { .init(number: ZMQ_ZAP_DOMAIN, name: "ZAP_DOMAIN") }
}

extension SocketHandle {
    /// Sets an option made of bytes.
    func set(_ option: SocketOption<[UInt8]>, _ value: [UInt8]) throws(ZeroMQError) {
        if unsafe zmq_setsockopt(raw, option.number, value, value.count) != 0 {
            throw .last("set", option.name)
        }
    }

    func set(_ option: SocketOption<Int32>, _ value: Int32) throws(ZeroMQError) {
        var value = value
        if unsafe zmq_setsockopt(raw, option.number, &value, MemoryLayout<Int32>.size) != 0 {
            throw .last("set", option.name)
        }
    }

    /// Makes this end a CURVE client.
    func secure(as client: CurveClient) throws(ZeroMQError) {
        try set(.curveServerKey, client.serverKey.bytes)
        try set(.curvePublicKey, client.keys.publicKey.bytes)
        try set(.curveSecretKey, client.keys.secretBytes)
    }

    /// Makes this end a CURVE server whose peers a ZAP handler must let in.
    func secure(asServerWith keys: CurveKeyPair, domain: String) throws(ZeroMQError) {
        try set(.curveServer, 1)
        try set(.curvePublicKey, keys.publicKey.bytes)
        try set(.curveSecretKey, keys.secretBytes)
        try set(.zapDomain, [UInt8](domain.utf8))
        // Where this libzmq does not know the option, the handler that the socket keeps open still
        // sees every handshake.
        do throws(ZeroMQError) { try set(.zapEnforceDomain, 1) } catch {
            guard error.number == EINVAL else { throw error }
        }
    }
}
