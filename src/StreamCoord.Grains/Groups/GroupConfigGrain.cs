using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Topics;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Groups;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Groups;

/// <summary>The configuration of one group. Keeps nothing; two changes at a time are told apart by the version of the znode.</summary>
[SiloLocalPlacement]
internal sealed partial class GroupConfigGrain(GroupConfigStore store, ILogger<GroupConfigGrain> logger) : Grain, IGroupConfigGrain
{
    private const int AttemptsMax = 10;

    /// <summary>The longest group id that can have a configuration: its znode's path fits into every client's.</summary>
    private const int IdMax = 1_000;

    private string GroupId => this.GetPrimaryKeyString();

    public Task<GroupConfigReply> Describe() => RunAsync(async () => new GroupConfigReply(ErrorCode.None, null, (await store.ReadAsync(GroupId)).Configs));

    public Task<GroupConfigReply> Alter(IReadOnlyList<ConfigChange> changes, bool validateOnly) => RunAsync(async () =>
    {
        for (int attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            (IReadOnlyDictionary<string, string> present, int version) = await store.ReadAsync(GroupId);
            if (TryChange(present, changes, out Dictionary<string, string> changed) is { } refusal)
            {
                return refusal;
            }
            if (validateOnly || (changed.Count == 0 && version < 0) || await store.TryWriteAsync(GroupId, changed, version))
            {
                return new GroupConfigReply(ErrorCode.None, null, changed);
            }
        }
        return GroupConfigReply.Refused(ErrorCode.RequestTimedOut, $"The configuration of group '{GroupId}' is being changed by others. Try again.");
    });

    private GroupConfigReply? TryChange(IReadOnlyDictionary<string, string> present, IReadOnlyList<ConfigChange> changes, out Dictionary<string, string> changed)
    {
        changed = new Dictionary<string, string>(present);
        foreach (ConfigChange change in changes)
        {
            if (change.Operation != ConfigOperation.Set)
            {
                return GroupConfigReply.Refused(ErrorCode.InvalidConfig, $"'{change.Name}' is not a list, so nothing can be added to it or taken away from it; it can be set.");
            }
            // Names are checked also where they are taken away.
            if (store.Definitions.All.All(definition => definition.Name != change.Name))
            {
                return GroupConfigReply.Refused(ErrorCode.InvalidConfig, store.Definitions.Check(new Dictionary<string, string> { [change.Name] = "" })!);
            }
            changed.Remove(change.Name);
            if (change.Value is { } value)
            {
                changed.Add(change.Name, value);
            }
        }
        return changes.DistinctBy(change => change.Name).Count() < changes.Count
            ? GroupConfigReply.Refused(ErrorCode.InvalidRequest, "A configuration is changed twice in one request.")
            : store.Definitions.Check(changed) is { } problem ? GroupConfigReply.Refused(ErrorCode.InvalidConfig, problem) : null;
    }

    private async Task<GroupConfigReply> RunAsync(Func<Task<GroupConfigReply>> action)
    {
        if (GroupId.Length is 0 or > IdMax)
        {
            return GroupConfigReply.Refused(ErrorCode.InvalidRequest, $"A group that is configured has an id of 1 to {IdMax} characters.");
        }
        try
        {
            return await action();
        }
        catch (TreeRefusedException failure)
        {
            LogFailed(logger, failure, GroupId);
            return GroupConfigReply.Refused(ErrorCode.KafkaStorageError, $"The znode tree, in which configurations are kept, failed: {failure.Message} Try again.");
        }
    }

    [LoggerMessage(2615, LogLevel.Warning, "The configuration of group '{GroupId}' could not be read or written.")]
    private static partial void LogFailed(ILogger logger, Exception failure, string groupId);
}
