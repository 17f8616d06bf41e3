using System.Net;
using StreamCoord.Gateway.ZooKeeper;

namespace StreamCoord.Silo.Options;

/// <summary>Reads <see cref="ZooKeeperGatewayOptions"/>, which say what each of them means.</summary>
internal static class ZooKeeperSettings
{
    public static ZooKeeperGatewayOptions Read(SettingsReader settings, IPEndPoint endpoint)
    {
        var defaults = new ZooKeeperGatewayOptions();
        return new ZooKeeperGatewayOptions
        {
            JuteMaxBufferBytes = settings.Number("ZooKeeper:JuteMaxBufferBytes", defaults.JuteMaxBufferBytes, 1_024, 268_435_456),
            MaxClientConnections = settings.Number(
                "ZooKeeper:MaxClientConnections", IPAddress.IsLoopback(endpoint.Address) ? 0 : defaults.MaxClientConnections, 0, int.MaxValue),
            FourLetterWords = ReadWords(settings, defaults.FourLetterWords),
            SaslUsers = UserList.Read(settings, "ZooKeeper:SaslUsers"),
            KeeperExtensions = settings.Flag("ZooKeeper:KeeperExtensions", defaults.KeeperExtensions),
            ConnectMs = settings.Number("ZooKeeper:ConnectMs", defaults.ConnectMs, 100, int.MaxValue),
            OutstandingRequestsMax = settings.Number("ZooKeeper:OutstandingRequestsMax", defaults.OutstandingRequestsMax, 1, 1_000_000),
            OutstandingBytesMax = settings.Number("ZooKeeper:OutstandingBytesMax", defaults.OutstandingBytesMax, 65_536, 1_073_741_824),
            UnsentEventsMax = settings.Number("ZooKeeper:UnsentEventsMax", defaults.UnsentEventsMax, 1, 100_000_000),
        };
    }

    private static HashSet<string> ReadWords(SettingsReader settings, IReadOnlySet<string> byDefault)
    {
        const string Key = "ZooKeeper:FourLetterWords";
        const int WordLength = 4;
        string text = settings.Text(Key, string.Join(',', byDefault), "four-letter words separated by commas, or *")!;
        HashSet<string> words = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        return words.All(word => word == ZooKeeperGatewayOptions.AnyWord || (word.Length == WordLength && word.All(char.IsAsciiLetterLower)))
            ? words
            : throw SettingsReader.Refuse(Key, text, "it takes words of four small letters, separated by commas, or * for all");
    }
}
