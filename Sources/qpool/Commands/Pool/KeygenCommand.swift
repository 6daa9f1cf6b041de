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
            """)

    @Argument(help: "The coordinator's folder of keys.")
    var folder = "keys"

    @Option(help: ArgumentHelp("Make a worker's connection file.", valueName: "name"))
    var worker: [String] = []

    @Option(help: ArgumentHelp("Make a client's connection file.", valueName: "name"))
    var client: [String] = []

    @Option(help: ArgumentHelp("Make an administrator's connection file.", valueName: "name"))
    var admin: [String] = []

    @Option(help: "Where peers reach the coordinator, as tcp://HOST:PORT.")
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
        if output != nil, peers.count != 1 {
            throw ValidationError("--output names one file: give one --worker, --client or --admin")
        }
    }

    func run() throws {
        let endpoint = endpoint.map { Endpoint.completed($0) }
        do {
            let isNew = try CoordinatorKeys.makeUnlessThere(
                folder: folder, endpoint: endpoint, mustBeNew: peers.isEmpty)
            if isNew { Terminal.say("made the coordinator's keys in \(folder)") }
            let keys = try CoordinatorKeys.load(folder)
            let published = try keys.publishResultKey()
            if isNew {
                Terminal.say("results are signed by the key in \(published): `qpool verify --key`")
            }
            for (role, name) in peers {
                let path = try keys.admit(role, name: name, endpoint: endpoint, path: output)
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
