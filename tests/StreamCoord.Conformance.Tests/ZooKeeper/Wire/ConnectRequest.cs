namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>What a client says first.</summary>
internal sealed record ConnectRequest
{
    public int ProtocolVersion { get; init; }

    public long LastZxidSeen { get; init; }

    public int TimeoutMs { get; init; } = 20_000;

    public long SessionId { get; init; }

    public byte[]? Password { get; init; } = new byte[16];

    /// <summary>The last byte; null to leave it out, as clients before 3.4 do.</summary>
    public byte? ReadOnly { get; init; } = 0;

    public byte[] ToFrame()
    {
        JuteWriter record = new JuteWriter().Int(ProtocolVersion).Long(LastZxidSeen).Int(TimeoutMs).Long(SessionId).Buffer(Password);
        if (ReadOnly is { } readOnly)
        {
            record.Byte(readOnly);
        }
        byte[] payload = record.ToArray();
        return new JuteWriter().Int(payload.Length).Raw(payload).ToArray();
    }
}
