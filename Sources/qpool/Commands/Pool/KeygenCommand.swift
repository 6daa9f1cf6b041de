// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime

/// `qpool keygen`: makes the coordinator's keys, and connection files for its peers.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make the coordinator's keys, and a connection file for each peer.",
        discussion: """
            The first call makes the folder; later ones add peers to it. Who has a connection file \
            is that peer: copy it safely, and then delete it here. To revoke a peer, delete its \
            line in FOLDER/allow-list.

            Examples:
              qpool keygen keys --endpoint tcp://pool.example.org:7411
              qpool keygen keys --worker rack1 --worker rack2 --client ann
              qpool coordinator --keys keys --listen 'tcp://0.0.0.0:7411'
              qpool worker --connect keys/worker-rack1.yaml
              qpool keygen keys --client ann-2 --owns ann       a new key with the old one's jobs
              qpool keygen --copy client-ann.yaml --endpoint tcp://127.0.0.1:7411 --output here.yaml
            """)

    @Argument(help: "The coordinator's folder of keys.")
    var folder = "keys"

    @Option(help: ArgumentHelp("Make a worker's connection file.", valueName: "name"))
    var worker: [String] = []

    @Option(help: ArgumentHelp("Make a client's connection file.", valueName: "name"))
    var client: [String] = []

    @Option(help: ArgumentHelp("Make an administrator's connection file.", valueName: "name"))
    var admin: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Give the client that is made the jobs of an earlier key too: a name in the allow-list, or \
            the `public-key` of a connection file.
            """, valueName: "name-or-key"))
    var owns: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write this connection file once more, with another --endpoint, to --output.",
            valueName: "file"))
    var copy: String?

    @Option(
        help: """
            Where peers reach the coordinator, as tcp://HOST:PORT: all of the folder's peers when it is \
            made, later those that are made.
            """)
    var endpoint: String?

    @Option(
        help: "Where to write the connection file, if one is made; FOLDER/ROLE-NAME.yaml otherwise."
    )
    var output: String?

    private var peers: [(role: Role, name: String)] {
        worker.map { (.worker, $0) } + client.map { (.client, $0) }
            + admin.map { (.administrator, $0) }
    }

    func validate() throws {
        if copy != nil {
            guard peers.isEmpty, owns.isEmpty else {
                throw ValidationError("--copy makes no key: leave out --worker, --client, --admin")
            }
            guard endpoint != nil, output != nil else {
                throw ValidationError(
                    "--copy needs --endpoint, where the coordinator is reached, and --output")
            }
            return
        }
        if output != nil, peers.count != 1 {
            throw ValidationError("--output names one file: give one --worker, --client or --admin")
        }
        if !owns.isEmpty, client.count != 1 || peers.count != 1 {
            throw ValidationError("--owns is of one client: give one --client, and nobody else")
        }
    }

    func run() throws {
        let endpoint = endpoint.map { Endpoint.completed($0) }
        do {
            if let copy, let endpoint, let output {
                var file = try ConnectionFile(path: copy)
                file.endpoint = endpoint
                try file.write(to: output)
                Terminal.say("made \(output): \(file.role.rawValue) \(file.name) by \(endpoint)")
                return try Terminal.writeOutput(output + "\n")
            }
            let isNew = try CoordinatorKeys.makeUnlessThere(
                folder: folder, endpoint: endpoint, mustBeNew: peers.isEmpty)
            if isNew { Terminal.say("made the coordinator's keys in \(folder)") }
            let keys = try CoordinatorKeys.load(folder)
            let published = try keys.publishResultKey()
            if isNew {
                Terminal.say("results are signed by the key in \(published): `qpool verify --key`")
            }
            for (role, name) in peers {
                let path = try keys.admit(
                    role, name: name, endpoint: endpoint, path: output, owns: owns)
                Terminal.say(
                    "made \(path): \(role.rawValue) \(name), in the allow-list from now on")
                try Terminal.writeOutput(path + "\n")
            }
            if peers.isEmpty { try Terminal.writeOutput("\(keys.publicKey)\n") }
        } catch let error as SecurityError {
            Terminal.say("qpool: \(error)")
            throw ExitStatus.wrongUsage
        }
    }
}
