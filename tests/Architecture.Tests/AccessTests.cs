namespace StreamCoord.Architecture.Tests;

/// <summary>No API of Kafka's is answered without a look at what its client may do, but for those that anybody may ask.</summary>
public sealed class AccessTests
{
    /// <summary>What comes before anybody has proved who they are.</summary>
    private static readonly string[] ForEverybody = ["ApiVersionsHandler", "SaslHandshakeHandler", "SaslAuthenticateHandler"];

    [Fact]
    public void EveryHandler_AsksWhatItsClientMayDo()
    {
        string[] handlers =
        [
            .. Repository.Files("src/StreamCoord.Gateway.Kafka/Handlers", "Handler.cs").Where(path => !ForEverybody.Contains(Path.GetFileNameWithoutExtension(path))),
        ];
        Assert.NotEmpty(handlers);

        Assert.DoesNotContain(handlers, path => !Repository.Read(path).Contains("context.Access", StringComparison.Ordinal));
    }
}
