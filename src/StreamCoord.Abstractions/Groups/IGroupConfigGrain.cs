using StreamCoord.Topics;

namespace StreamCoord.Groups;

/// <summary>The configuration of one group, which need not exist. Key: the group id.</summary>
[Alias("StreamCoord.IGroupConfigGrain")]
public interface IGroupConfigGrain : IGrainWithStringKey
{
    /// <summary>What is set for the group.</summary>
    [Alias("Describe")]
    Task<GroupConfigReply> Describe();

    /// <summary>Carries out all changes or, when one of them is wrong, none; durable when this returns.</summary>
    [Alias("Alter")]
    Task<GroupConfigReply> Alter(IReadOnlyList<ConfigChange> changes, bool validateOnly);
}

/// <summary>The outcome of a request about a group's configuration.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> on success.</param>
/// <param name="Message">What is wrong and what to do, for people; null on success.</param>
/// <param name="Configs">What is set for the group after the request; everything else has its default.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.GroupConfigReply")]
public sealed record GroupConfigReply([property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message, [property: Id(2)] IReadOnlyDictionary<string, string> Configs)
{
    /// <summary>A refusal: nothing was changed.</summary>
    public static GroupConfigReply Refused(ErrorCode error, string message) => new(error, message, new Dictionary<string, string>());
}
