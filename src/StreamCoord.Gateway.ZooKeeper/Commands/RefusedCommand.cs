namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>A command of ZooKeeper's AdminServer that there is no true answer to. Immutable.</summary>
/// <param name="Names">Its long name, and behind it the short ones.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record RefusedCommand(IReadOnlyList<string> Names, string Reason)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<RefusedCommand> All { get; } =
    [
        new(["get_trace_mask", "gtmk"], "There are no trace masks: levels of the log are options."),
        new(["hash"], "There are no digests of the tree: every batch of its log has a checksum."),
        new(["initial_configuration", "icfg"], "There is no configuration file of ZooKeeper's."),
        new(["last_snapshot", "lsnp"], "There are no snapshots for others to take: checkpoints belong to the log."),
        new(["leader", "lead"], "The server is standalone: there is no leader."),
        new(["restore", "rest"], "A tree is restored by restoring its data directory."),
        new(["set_trace_mask", "stmk"], "There are no trace masks: levels of the log are options."),
        new(["shed_connections", "shed"], "Connections are not shed by command."),
        new(["snapshot", "snap"], "There are no snapshots for others to take: checkpoints belong to the log."),
        new(["system_properties", "sysp"], "There are no system properties of Java's."),
    ];
}
