namespace StreamCoord.Protocol.ZooKeeper;

/// <summary>The numbers of requests that have a meaning of their own. All others are the client's choice.</summary>
public static class Xids
{
    /// <summary>A watch that has fired: no request was sent.</summary>
    public const int Event = -1;

    /// <summary>A ping.</summary>
    public const int Ping = -2;

    /// <summary>An auth packet.</summary>
    public const int Auth = -4;

    /// <summary>Watches of a lost connection.</summary>
    public const int SetWatches = -8;
}
