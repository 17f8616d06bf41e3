using StreamCoord.Gateway.Kafka.Tests.Client;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>Tests of one connection and a topic of their own.</summary>
public abstract class TopicTests(SiloFixture fixture) : IAsyncLifetime
{
    private protected SiloFixture Fixture => fixture;

    private protected KafkaClient Client { get; private set; } = null!;

    private protected string TopicName { get; } = fixture.NewTopic();

    public async ValueTask InitializeAsync()
    {
        Client = await fixture.ConnectAsync();
        await Client.CreateTopicAsync(TopicName);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
