using StreamCoord.Gateway.Http.V2;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>What a consumer of v2 was created with. Immutable.</summary>
/// <param name="Group">Its group.</param>
/// <param name="Name">Its name, of which the group has one on this silo.</param>
/// <param name="Format">How it gets keys and values.</param>
/// <param name="ResetTo">Where it begins in a partition whose offset nobody has committed, or is gone.</param>
/// <param name="CommitsItself">Whether what it was given is committed when it asks for more, and when it ends.</param>
/// <param name="RequestTimeoutMs">How long it waits for records where the request does not say.</param>
/// <param name="ClientHost">Where its client is, for people.</param>
/// <param name="Owner">Who created it, and alone may use it; null without access control.</param>
internal sealed record ConsumerConfig(
    string Group, string Name, EmbeddedFormat Format, OffsetReset ResetTo, bool CommitsItself, int RequestTimeoutMs, string ClientHost, Principal? Owner);

/// <summary>Where a consumer begins in a partition without a committed offset.</summary>
internal enum OffsetReset
{
    /// <summary>At the end: only what is written from now on.</summary>
    Latest,

    /// <summary>At the beginning.</summary>
    Earliest,

    /// <summary>Nowhere: reading fails.</summary>
    None,
}
