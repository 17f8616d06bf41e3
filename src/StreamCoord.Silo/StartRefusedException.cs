namespace StreamCoord.Silo;

/// <summary>The silo cannot start as it is configured; the message is one line that says why and what to do.</summary>
public sealed class StartRefusedException(string message) : Exception(message);
