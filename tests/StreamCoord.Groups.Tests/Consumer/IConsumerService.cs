namespace StreamCoord.Groups.Tests.Consumer;

/// <summary>What a simulated consumer of KIP-848 reaches of its group.</summary>
internal interface IConsumerService
{
    long NowMs { get; }

    ConsumerHeartbeatReply Send(ConsumerHeartbeatRequest request);

    /// <summary>The member as the group has it; null for none.</summary>
    DescribedConsumer? FindMember(string memberId);
}
