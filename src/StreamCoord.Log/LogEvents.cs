namespace StreamCoord.Log;

/// <summary>The numbers of the log messages of this project. A number is never used for another message.</summary>
internal static class LogEvents
{
    public const int TornTail = 1001;
    public const int Damage = 1002;
    public const int DiskFailed = 1003;
    public const int MaintenanceFailed = 1004;
    public const int Compacted = 1005;
    public const int Retained = 1006;
    public const int CloseFailed = 1007;
    public const int WriterBroken = 1008;
}
