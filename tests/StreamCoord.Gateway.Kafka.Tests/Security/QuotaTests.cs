using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using Component = StreamCoord.Protocol.Kafka.Messages.DescribeClientQuotasRequest.ComponentData;
using Entity = StreamCoord.Protocol.Kafka.Messages.AlterClientQuotasRequest.EntityData;

namespace StreamCoord.Gateway.Kafka.Tests.Security;

/// <summary>Quotas on the wire: how they are changed (KIP-546), and what clients feel of them (KIP-13, KIP-219, KIP-599).</summary>
public sealed class QuotaTests(SecureSiloFixture fixture)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Quotas_AreSetDescribedAndTakenAway(short version)
    {
        string client = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        Assert.Equal(0, await AlterAsync(admin, [Client(client)], ("producer_byte_rate", 1_024), ("request_percentage", 12.5)));
        Assert.Equal(0, await AlterAsync(admin, [User("u*/" + client), Client(client)], ("consumer_byte_rate", 2_048)));
        Assert.Equal(0, await AlterAsync(admin, [User("u*/" + client), Client(null)], ("consumer_byte_rate", 4_096)));

        Assert.Equal(["producer_byte_rate=1024 request_percentage=12.5"], await DescribeAsync(admin, version, strict: true, Exactly("client-id", client)));
        Assert.Equal(2, (await DescribeAsync(admin, version, strict: false, Exactly("client-id", client))).Length);
        Assert.Equal(["consumer_byte_rate=2048", "consumer_byte_rate=4096"], await DescribeAsync(admin, version, strict: true, Exactly("user", "u*/" + client), Any("client-id")));
        Assert.Equal(["consumer_byte_rate=4096"], await DescribeAsync(admin, version, strict: true, Exactly("user", "u*/" + client), Default("client-id")));

        Assert.Equal(0, await AlterAsync(admin, [Client(client)], ("producer_byte_rate", null)));
        Assert.Equal(["request_percentage=12.5"], await DescribeAsync(admin, version, strict: true, Exactly("client-id", client)));
    }

    [Fact]
    public async Task WhatIsNoQuota_IsRefused()
    {
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        const short Refused = (short)ErrorCode.InvalidRequest;

        Assert.Equal(Refused, await AlterAsync(admin, [], ("producer_byte_rate", 1)));
        Assert.Equal(Refused, await AlterAsync(admin, [Client("c"), Client("d")], ("producer_byte_rate", 1)));
        Assert.Equal(Refused, await AlterAsync(admin, [new Entity { EntityType = "planet", EntityName = "mars" }], ("producer_byte_rate", 1)));
        Assert.Equal(Refused, await AlterAsync(admin, [Client("c")], ("speed", 1)));
        Assert.Equal(Refused, await AlterAsync(admin, [Client("c")], ("producer_byte_rate", 0)));
        Assert.Equal(Refused, await AlterAsync(admin, [Client("c")], ("producer_byte_rate", 1.5)));
        Assert.Equal(Refused, await AlterAsync(admin, [Client("c")], ("connection_creation_rate", 1)));
        Assert.Equal(Refused, await AlterAsync(admin, [new Entity { EntityType = "ip", EntityName = "nowhere" }], ("connection_creation_rate", 1)));
        Assert.Equal(Refused, await AlterAsync(admin, [new Entity { EntityType = "ip", EntityName = "10.0.0.1" }, Client("c")], ("connection_creation_rate", 1)));
        await using KafkaClient alice = await fixture.LogInAsync("alice");
        Assert.Equal((short)ErrorCode.ClusterAuthorizationFailed, await AlterAsync(alice, [Client("c")], ("producer_byte_rate", 1)));
    }

    [Fact]
    public async Task AProducer_IsToldToBeSilent()
    {
        string client = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await admin.CreateTopicAsync(client);
        await AlterAsync(admin, [Client(client)], ("producer_byte_rate", 90_000));
        await using KafkaClient producer = await fixture.LogInAsync("admin", client);

        ProduceResponse small = await producer.AskAsync<ProduceRequest, ProduceResponse>(Requests.Produce(client, Requests.Batch("a")), Requests.ProduceVersion);
        ProduceResponse large = await producer.AskAsync<ProduceRequest, ProduceResponse>(Requests.Produce(client, Requests.Batch(new string('x', 1_020_000))), Requests.ProduceVersion);

        Assert.Equal(0, small.ThrottleTimeMs);
        Assert.Equal(0, large.Responses.Single().PartitionResponses.Single().ErrorCode);
        Assert.InRange(large.ThrottleTimeMs, 500, 2_000);
        ProduceResponse others = await admin.AskAsync<ProduceRequest, ProduceResponse>(Requests.Produce(client, Requests.Batch(new string('x', 900_000))), Requests.ProduceVersion);
        Assert.Equal(0, others.ThrottleTimeMs);
    }

    [Fact]
    public async Task AConsumer_GetsNothing_AndIsToldToBeSilent()
    {
        string client = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await admin.CreateTopicAsync(client);
        await admin.ProduceAsync(Requests.Produce(client, Requests.Batch(new string('x', 900_000))));
        await AlterAsync(admin, [Client(client)], ("consumer_byte_rate", 100_000));
        await using KafkaClient consumer = await fixture.LogInAsync("admin", client);

        FetchResponse first = await consumer.AskAsync<FetchRequest, FetchResponse>(Requests.Fetch(client, 0), Requests.FetchVersion);
        FetchResponse second = await consumer.AskAsync<FetchRequest, FetchResponse>(Requests.Fetch(client, 0), Requests.FetchVersion);

        Assert.Equal(0, first.ThrottleTimeMs);
        Assert.True(first.Responses.Single().Partitions.Single().Records!.Value.Length > 900_000);
        Assert.True(second.ThrottleTimeMs > 1_000);
        Assert.Empty(second.Responses);
    }

    [Fact]
    public async Task WhoeverChangesTooMuch_IsRefusedWhereTheVersionHasAWordForIt()
    {
        string client = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        await AlterAsync(admin, [Client(client)], ("controller_mutation_rate", 0.1));
        await using KafkaClient mutator = await fixture.LogInAsync("admin", client);

        CreateTopicsResponse first = await mutator.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(Create(client + "a"), 6);
        CreateTopicsResponse strict = await mutator.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(Create(client + "b"), 6);

        Assert.Equal((0, 0), (first.Topics.Single().ErrorCode, first.ThrottleTimeMs));
        Assert.Equal((short)ErrorCode.ThrottlingQuotaExceeded, strict.Topics.Single().ErrorCode);
        Assert.InRange(strict.ThrottleTimeMs, 1_000, 40_000);
        await using KafkaClient lenient = await fixture.LogInAsync("admin", client);
        CreateTopicsResponse old = await lenient.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(Create(client + "b"), 5);
        Assert.Equal(0, old.Topics.Single().ErrorCode);
        Assert.True(old.ThrottleTimeMs > strict.ThrottleTimeMs);
    }

    private static CreateTopicsRequest Create(string topic) => new()
    {
        Topics =
        [
            new CreateTopicsRequest.CreatableTopic
            {
                Name = topic,
                NumPartitions = 4,
                ReplicationFactor = 1,
            },
        ],
    };

    private static Entity Client(string? name) => new()
    {
        EntityType = "client-id",
        EntityName = name,
    };

    private static Entity User(string? name) => new()
    {
        EntityType = "user",
        EntityName = name,
    };

    private static Component Exactly(string type, string name) => new()
    {
        EntityType = type,
        Match = name,
    };

    private static Component Default(string type) => new()
    {
        EntityType = type,
        MatchType = 1,
    };

    private static Component Any(string type) => new()
    {
        EntityType = type,
        MatchType = 2,
    };

    private static async Task<short> AlterAsync(KafkaClient client, Entity[] entity, params (string Key, double? Value)[] changes)
    {
        var request = new AlterClientQuotasRequest
        {
            Entries =
            [
                new AlterClientQuotasRequest.EntryData
                {
                    Entity = entity,
                    Ops =
                    [
                        .. changes.Select(change => new AlterClientQuotasRequest.OpData
                        {
                            Key = change.Key,
                            Value = change.Value ?? 0,
                            Remove = change.Value is null,
                        }),
                    ],
                },
            ],
        };
        return (await client.AskAsync<AlterClientQuotasRequest, AlterClientQuotasResponse>(request, 1)).Entries.Single().ErrorCode;
    }

    private static async Task<string[]> DescribeAsync(KafkaClient client, short version, bool strict, params Component[] components)
    {
        var request = new DescribeClientQuotasRequest
        {
            Components = components,
            Strict = strict,
        };
        DescribeClientQuotasResponse response = await client.AskAsync<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(request, version);
        Assert.Equal(0, response.ErrorCode);
        return
        [
            .. response.Entries!
                .Select(entry => string.Join(' ', entry.Values.Select(value => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value.Key}={value.Value}")).Order(StringComparer.Ordinal)))
                .Order(StringComparer.Ordinal),
        ];
    }
}
