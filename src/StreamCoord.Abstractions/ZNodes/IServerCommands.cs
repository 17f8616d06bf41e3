namespace StreamCoord.ZNodes;

/// <summary>The commands of ZooKeeper's AdminServer, which monitoring asks for over HTTP. One per silo; safe for concurrent use.</summary>
public interface IServerCommands
{
    /// <summary>The long names of the commands that are answered, in alphabetical order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>All names of those that do more than to tell something.</summary>
    IReadOnlyList<string> ChangingNames { get; }

    /// <summary>Answers a command.</summary>
    /// <param name="name">Its long name or one of its short ones.</param>
    Task<ServerCommandReply> RunAsync(string name);
}
