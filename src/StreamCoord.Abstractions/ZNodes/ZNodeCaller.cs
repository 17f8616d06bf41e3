namespace StreamCoord.ZNodes;

/// <summary>Somebody a connection has proved to be.</summary>
/// <param name="Scheme">The scheme that proved it: <c>ip</c>, <c>digest</c>, <c>x509</c>, <c>sasl</c> or <c>super</c>.</param>
/// <param name="Id">In the form in which the scheme's access control entries name it.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.AuthIdentity")]
public sealed record AuthIdentity([property: Id(0)] string Scheme, [property: Id(1)] string Id);

/// <summary>
/// On whose behalf a request is made. Front ends make it and the tree believes it: whoever may call grains is trusted.
/// </summary>
/// <param name="Session">The session, or <see cref="SessionId.None"/>: then everything works but ephemeral znodes.</param>
/// <param name="Identities">Everything the connection has proved.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ZNodeCaller")]
public sealed record ZNodeCaller([property: Id(0)] SessionId Session, [property: Id(1)] IReadOnlyList<AuthIdentity> Identities)
{
    /// <summary>The number of the session's connection (<see cref="SessionGrant.Owner"/>), so that what an older one writes is refused with <see cref="ZNodeError.SessionMoved"/>; 0 for somebody without one.</summary>
    [Id(2)]
    public long Owner { get; init; }

    /// <summary>Nobody in particular, without a session.</summary>
    public static ZNodeCaller Anonymous { get; } = new(SessionId.None, []);

    /// <summary>The service itself: no access control list applies to it.</summary>
    public static ZNodeCaller Service { get; } = new(SessionId.None, [new AuthIdentity("super", "service")]);
}
