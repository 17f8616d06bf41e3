using System.Collections.Frozen;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>The commands of ZooKeeper's AdminServer: those that are answered, and those that are refused. Safe for concurrent use.</summary>
internal sealed class ServerCommandTable(IEnumerable<IServerCommand> commands) : IServerCommands
{
    private readonly FrozenDictionary<string, IServerCommand> _answered =
        commands.SelectMany(command => command.Names.Select(name => KeyValuePair.Create(name, command))).ToFrozenDictionary();

    private readonly FrozenDictionary<string, RefusedCommand> _refused =
        RefusedCommand.All.SelectMany(command => command.Names.Select(name => KeyValuePair.Create(name, command))).ToFrozenDictionary();

    /// <summary>Those that are answered.</summary>
    public IEnumerable<IServerCommand> Answered => _answered.Values.Distinct().OrderBy(command => command.Names[0], StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [.. Answered.Select(command => command.Names[0])];

    /// <inheritdoc/>
    public IReadOnlyList<string> ChangingNames => [.. Answered.Where(command => command.ChangesServer).SelectMany(command => command.Names)];

    /// <inheritdoc/>
    public async Task<ServerCommandReply> RunAsync(string name)
    {
        if (_answered.TryGetValue(name, out IServerCommand? command))
        {
            return new ServerCommandReply(command.Names[0], IsKnown: true, await command.AnswerAsync(), Error: null);
        }
        return _refused.TryGetValue(name, out RefusedCommand? refused)
            ? new ServerCommandReply(refused.Names[0], IsKnown: true, [], refused.Reason)
            : new ServerCommandReply(name, IsKnown: false, [], $"Unknown command: {name}");
    }
}
