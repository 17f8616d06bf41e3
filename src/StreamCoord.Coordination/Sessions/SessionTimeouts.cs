namespace StreamCoord.Coordination.Sessions;

/// <summary>Which timeout a session gets. Pure; safe for concurrent use.</summary>
public static class SessionTimeouts
{
    /// <summary>What the client asks for, within what is allowed. Milliseconds.</summary>
    public static int Negotiate(int requestedMs, int minMs, int maxMs) => Math.Clamp(requestedMs, minMs, maxMs);
}
