using System.Text.Json.Nodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

/// <summary>One command that is answered, one that changes something, one that is refused, and no other.</summary>
internal sealed class FakeServerCommands : IServerCommands
{
    public IReadOnlyList<string> Names => ["monitor"];

    public IReadOnlyList<string> ChangingNames => ["stat_reset"];

    public Task<ServerCommandReply> RunAsync(string name) => Task.FromResult(name switch
    {
        "monitor" or "mntr" => new ServerCommandReply("monitor", IsKnown: true, new JsonObject { ["znode_count"] = 5 }, Error: null),
        "stat_reset" => new ServerCommandReply("stat_reset", IsKnown: true, [], Error: null),
        "leader" => new ServerCommandReply("leader", IsKnown: true, [], "There is none."),
        _ => new ServerCommandReply(name, IsKnown: false, [], $"Unknown command: {name}"),
    });
}
