namespace StreamCoord.Client.Calls;

/// <summary>Which failures of a grain call pass by themselves: a silo that stops, is gone or hangs. Whether the call was carried out is not known then. Stateless.</summary>
internal static class GrainFailures
{
    /// <summary>Whether asking again may help: rejected, unavailable, timed out, no connection.</summary>
    public static bool IsTransient(Exception failure) => failure is OrleansException or TimeoutException or IOException;
}
