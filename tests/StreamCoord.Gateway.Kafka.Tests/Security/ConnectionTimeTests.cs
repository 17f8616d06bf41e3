using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Tests.Security;

/// <summary>What happens to a connection as time goes by, told by the test's own clock.</summary>
public sealed class ConnectionTimeTests
{
    private static readonly KafkaGatewayOptions Sasl = new()
    {
        Security = ListenerSecurity.SaslPlaintext,
        ReauthenticateMs = 60_000,
    };

    [Fact]
    public async Task WhoeverOnlyHoldsAConnection_LosesIt()
    {
        await using var silent = new ConnectionHarness(Sasl);
        silent.Time.Advance(TimeSpan.FromMilliseconds(29_999));
        Assert.False(silent.Running.IsCompleted);

        silent.Time.Advance(TimeSpan.FromMilliseconds(1));

        await silent.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AnUnfinishedExchange_IsNoProof()
    {
        await using var half = new ConnectionHarness(Sasl);
        Assert.Equal(0, (await half.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(new SaslHandshakeRequest { Mechanism = "SCRAM-SHA-256" }, 1)).ErrorCode);
        await half.AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(new SaslAuthenticateRequest { AuthBytes = "n,,n=alice,r=abc"u8.ToArray() }, 1);

        half.Time.Advance(TimeSpan.FromMilliseconds(30_000));

        await half.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AWrongPassword_IsAnsweredLate()
    {
        var patient = new KafkaGatewayOptions
        {
            Security = ListenerSecurity.SaslPlaintext,
            AuthenticateMs = int.MaxValue,
            IdleMs = int.MaxValue,
        };
        await using var client = new ConnectionHarness(patient);
        await client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(new SaslHandshakeRequest { Mechanism = "PLAIN" }, 1);
        await client.SendAsync(new SaslAuthenticateRequest { AuthBytes = Authentication.Plain("alice", "wrong") }, 1);
        Task<SaslAuthenticateResponse> answer = client.ReceiveAsync<SaslAuthenticateResponse>(1);

        Assert.False(answer.IsCompleted);
        while (!answer.IsCompleted)
        {
            client.Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        Assert.Equal((short)ErrorCode.SaslAuthenticationFailed, (await answer).ErrorCode);
        await client.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(client.Time.GetUtcNow() - client.Time.Start >= TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task AProof_HoldsForItsTime_AndIsMadeAgain()
    {
        await using var client = new ConnectionHarness(Sasl, new TakingHandler());
        Assert.Equal(60_000, await LogInAsync(client, "alice"));
        client.Time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(60_000, await LogInAsync(client, "alice"));
        client.Time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(0, (await client.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new ListPartitionReassignmentsRequest(), 0)).ErrorCode);

        client.Time.Advance(TimeSpan.FromSeconds(11));
        await client.SendAsync(new ListPartitionReassignmentsRequest(), 0);

        await client.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AConnection_StaysItsUsers()
    {
        KafkaGatewayOptions hasty = new()
        {
            Security = ListenerSecurity.SaslPlaintext,
            ReauthenticateMs = 60_000,
            FailedAuthenticationDelayMs = 0,
        };
        await using var client = new ConnectionHarness(hasty);
        await LogInAsync(client, "alice");
        await client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(new SaslHandshakeRequest { Mechanism = "PLAIN" }, 1);

        SaslAuthenticateResponse answer =
            await client.AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(new SaslAuthenticateRequest { AuthBytes = Authentication.Plain("bob", "secret") }, 1);

        Assert.Equal((short)ErrorCode.SaslAuthenticationFailed, answer.ErrorCode);
        await client.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>The answer comes at once and says how long; what the client sends before that is over lies where it is.</summary>
    [Fact]
    public async Task AThrottledClient_IsHeardAgainWhenItsTimeIsOver()
    {
        var taking = new TakingHandler();
        await using var client = new ConnectionHarness(new KafkaGatewayOptions { IdleMs = int.MaxValue }, taking);
        client.Store.Current = client.Store.Current with
        {
            Quotas = new QuotaTable(new Dictionary<QuotaEntity, IReadOnlyDictionary<QuotaKind, double>>
            {
                [new QuotaEntity("ANONYMOUS", null)] = new Dictionary<QuotaKind, double> { [QuotaKind.ControllerMutationRate] = 2 },
            }),
        };

        // 22 tokens are there, 30 are taken: 8 are missing, at 2 a second.
        ListPartitionReassignmentsResponse first =
            await client.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new ListPartitionReassignmentsRequest(), 0);
        Assert.Equal(4_000, first.ThrottleTimeMs);
        await client.SendAsync(new ListPartitionReassignmentsRequest(), 0);
        Task<ListPartitionReassignmentsResponse> second = client.ReceiveAsync<ListPartitionReassignmentsResponse>(0);

        while (!second.IsCompleted)
        {
            // With pauses: tokens come back while it is on its way, and eleven seconds of them would be enough for it.
            client.Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, taking.Count);
        Assert.True(client.Time.GetUtcNow() - client.Time.Start >= TimeSpan.FromMilliseconds(4_000));
        Assert.True((await second).ThrottleTimeMs > 4_000);
    }

    private static async Task<long> LogInAsync(ConnectionHarness client, string user)
    {
        Assert.Equal(0, (await client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(new SaslHandshakeRequest { Mechanism = "PLAIN" }, 1)).ErrorCode);
        SaslAuthenticateResponse answer =
            await client.AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(new SaslAuthenticateRequest { AuthBytes = Authentication.Plain(user, "secret") }, 1);
        Assert.Equal(0, answer.ErrorCode);
        return answer.SessionLifetimeMs;
    }

    /// <summary>Takes 30 partitions of the client's quota with each request.</summary>
    private sealed class TakingHandler : ApiHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        protected override Task<ListPartitionReassignmentsResponse> HandleAsync(ListPartitionReassignmentsRequest request, KafkaRequestContext context)
        {
            Interlocked.Increment(ref _count);
            context.Throttle.TryMutate(30, isStrict: false);
            return Task.FromResult(new ListPartitionReassignmentsResponse());
        }
    }
}
