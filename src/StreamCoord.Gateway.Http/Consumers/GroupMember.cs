namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>What a consumer is in its group. Immutable.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="GenerationId">The generation it belongs to.</param>
internal sealed record GroupMember(string MemberId, int GenerationId)
{
    /// <summary>Nobody: such a consumer commits to groups without members.</summary>
    public static GroupMember None { get; } = new("", StreamCoord.Groups.CommitOffsetsRequest.NoGeneration);
}
