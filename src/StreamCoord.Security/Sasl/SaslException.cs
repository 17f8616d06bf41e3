namespace StreamCoord.Security;

/// <summary>Somebody has not proved who they are. The message may be shown to them: it tells nothing about who exists, and no secret.</summary>
public sealed class SaslException(string message) : Exception(message);
