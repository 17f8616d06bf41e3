namespace StreamCoord.Gateway.Http.Groups;

/// <summary>A group as Confluent's proxy shows it, whichever protocol its members speak. Immutable.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="State">Its state, in capitals.</param>
/// <param name="Type">CLASSIC or CONSUMER.</param>
/// <param name="IsSimple">Whether it only commits offsets.</param>
/// <param name="Assignor">How its partitions are assigned; empty while nobody has agreed on that.</param>
/// <param name="Members">Its members.</param>
internal sealed record GroupView(string GroupId, string State, string Type, bool IsSimple, string Assignor, IReadOnlyList<GroupMemberView> Members);

/// <summary>A member of a group. Immutable.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="InstanceId">Its lasting name, or null.</param>
/// <param name="ClientId">What the client calls itself.</param>
/// <param name="Assignment">What it reads.</param>
internal sealed record GroupMemberView(string MemberId, string? InstanceId, string ClientId, IReadOnlyList<TopicPartition> Assignment);
