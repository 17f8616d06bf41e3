using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Grains.Tests.Topics;
using StreamCoord.Security;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.Security;

/// <summary>Access control lists, credentials and quotas in the znodes of a silo that runs.</summary>
public sealed class SecurityStoreTests : IAsyncLifetime
{
    private static readonly AclBinding Binding =
        new(new AclPattern(AclResourceType.Topic, "orders", AclPatternType.Literal), new AclRule("User:alice", "*", AclOperation.Read, AclEffect.Allow));

    private TopicSilo _silo = null!;

    private ISecurityStore Store => _silo.Services.GetRequiredService<ISecurityStore>();

    public async ValueTask InitializeAsync()
    {
        _silo = await TopicSilo.StartAsync(new SqliteFile());
        await _silo.RegisterAsync();
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Lists_LieWhereKafkaKeptThem()
    {
        AclBinding prefixed = new(new AclPattern(AclResourceType.Group, "a/b%", AclPatternType.Prefixed), new AclRule("User:bob", "10.0.0.1", AclOperation.All, AclEffect.Deny));

        Assert.All(await Store.CreateAclsAsync([Binding, prefixed, Binding]), outcome => Assert.Equal(ErrorCode.None, outcome.Error));

        Assert.Equal(
            """{"version":1,"acls":[{"principal":"User:alice","permissionType":"Allow","operation":"Read","host":"*"}]}""", await _silo.ReadAsync("/kafka-acl/Topic/orders"));
        Assert.Equal(
            """{"version":1,"acls":[{"principal":"User:bob","permissionType":"Deny","operation":"All","host":"10.0.0.1"}]}""",
            await _silo.ReadAsync("/kafka-acl-extended/prefixed/Group/a%2Fb%25"));
        await _silo.RestartAsync();
        await _silo.RegisterAsync();
        Assert.Equal([Binding, prefixed], Store.Current.Acls.All.OrderBy(one => one.Pattern.PatternType));

        (StoreOutcome outcome, IReadOnlyList<AclBinding> deleted) =
            await Store.DeleteAclsAsync(new AclFilter(AclResourceType.Any, null, AclPatternType.Any, null, null, AclOperation.Any, AclEffect.Any));
        Assert.Equal((ErrorCode.None, 2), (outcome.Error, deleted.Count));
        Assert.Empty(Store.Current.Acls.All);
        Assert.Null(await _silo.ReadAsync("/kafka-acl/Topic/orders"));
    }

    [Fact]
    public async Task WhatATool_WritesIntoTheTree_IsFollowed()
    {
        const string Path = "/kafka-acl/Topic/orders";
        byte[] json = """{"version":1,"acls":[{"principal":"User:alice","permissionType":"Allow","operation":"Read","host":"*"}]}"""u8.ToArray();
        Assert.True((await _silo.RunAsync(new CreateOperation(Path, json, AclEntry.ReadOnly), ZNodeCaller.Service)).IsOk);
        await UntilAsync(() => Store.Current.Acls.All.SequenceEqual([Binding]));

        // What cannot be read denies everything.
        Assert.True((await _silo.RunAsync(new SetDataOperation(Path, "?"u8.ToArray()), ZNodeCaller.Service)).IsOk);
        await UntilAsync(() => !Authorizer.Allows(Store.Current.Acls, new AuthorizationOptions(), "User:alice", "h", AclOperation.Read, AclResourceType.Topic, "orders"));
        Assert.True((await _silo.RunAsync(new DeleteOperation(Path), ZNodeCaller.Service)).IsOk);
        await UntilAsync(() => !Store.Current.Acls.All.Any());
    }

    [Fact]
    public async Task Users_WriteNone_AndReadNoSecret()
    {
        await Store.CreateAclsAsync([Binding]);
        await Store.AlterUserAsync("alice", new Dictionary<SaslMechanism, ScramCredential?> { [SaslMechanism.ScramSha256] = ScramCredential.FromPassword(SaslMechanism.ScramSha256, "p", [1], 4_096) });

        Assert.NotNull(await _silo.ReadAsync("/kafka-acl/Topic/orders"));
        Assert.Equal(ZNodeError.NoAuth, (await _silo.RunAsync(new GetDataOperation("/config/users/alice"))).Error);
        Assert.Equal(ZNodeError.NoAuth, (await _silo.RunAsync(new GetChildrenOperation("/config/users"))).Error);
        foreach (string path in new[] { "/kafka-acl/Topic/orders", "/config/users/alice", "/config/users" })
        {
            Assert.Equal(ZNodeError.NoAuth, (await _silo.RunAsync(new SetDataOperation(path, null))).Error);
            Assert.Equal(ZNodeError.NoAuth, (await _silo.RunAsync(new SetAclOperation(path, AclEntry.Open))).Error);
            Assert.Equal(ZNodeError.NoAuth, (await _silo.RunAsync(new CreateOperation($"{path}/x", null, AclEntry.Open))).Error);
        }
        Assert.Equal(ZNodeError.NoAuth, (await _silo.RunAsync(new DeleteOperation("/kafka-acl/Topic/orders"))).Error);
        Assert.Equal(ZNodeError.NotEmpty, (await _silo.RunAsync(new DeleteOperation("/kafka-acl"))).Error);
        Assert.True(Store.Current.Users["alice"].Sha256!.Verify("p"));
    }

    [Fact]
    public async Task CredentialsAndQuotas_LieWhereKafkaKeptThem()
    {
        await Store.AlterQuotasAsync(new QuotaEntity("a b", null), new Dictionary<QuotaKind, double?> { [QuotaKind.ProducerByteRate] = 1_024 });
        await Store.AlterQuotasAsync(new QuotaEntity("a b", QuotaEntity.Default), new Dictionary<QuotaKind, double?> { [QuotaKind.ConsumerByteRate] = 2_048 });
        await Store.AlterQuotasAsync(new QuotaEntity(null, "c*"), new Dictionary<QuotaKind, double?> { [QuotaKind.RequestPercentage] = 0.5 });
        await Store.AlterQuotasAsync(new QuotaEntity(null, null, "10.0.0.1"), new Dictionary<QuotaKind, double?> { [QuotaKind.ConnectionCreationRate] = 5 });

        Assert.Equal("""{"version":1,"config":{"producer_byte_rate":"1024"}}""", await ReadAsync("/config/users/a%20b"));
        Assert.Equal("""{"version":1,"config":{"consumer_byte_rate":"2048"}}""", await ReadAsync("/config/users/a%20b/clients/<default>"));
        Assert.Equal("""{"version":1,"config":{"request_percentage":"0.5"}}""", await ReadAsync("/config/clients/c%2A"));
        await _silo.RestartAsync();
        await _silo.RegisterAsync();
        QuotaTable quotas = Store.Current.Quotas;
        Assert.Equal(1_024, quotas.Find(QuotaKind.ProducerByteRate, "a b", "x")!.Value.Limit);
        Assert.Equal(2_048, quotas.Find(QuotaKind.ConsumerByteRate, "a b", "x")!.Value.Limit);
        Assert.Equal(0.5, quotas.Find(QuotaKind.RequestPercentage, "u", "c*")!.Value.Limit);
        Assert.Equal(5, quotas.Find(QuotaKind.ConnectionCreationRate, "10.0.0.1")!.Value.Limit);
        Assert.Equal(ErrorCode.InvalidRequest, (await Store.AlterQuotasAsync(new QuotaEntity("..", null), new Dictionary<QuotaKind, double?> { [QuotaKind.ProducerByteRate] = 1 })).Error);
    }

    /// <summary>/config is open, as applications use it too: what somebody else puts there first is not believed, whatever lists it has by then.</summary>
    [Fact]
    public async Task ARootOfSomebodyElses_IsNotBelieved()
    {
        byte[] evil = System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"version":1,"config":{"SCRAM-SHA-256":"{{{ScramCredential.FromPassword(SaslMechanism.ScramSha256, "mine", [1], 4_096).Write()}}}"}}""");
        Assert.True((await _silo.RunAsync(new CreateOperation("/config", null, AclEntry.Open))).IsOk);
        Assert.True((await _silo.RunAsync(new CreateOperation("/config/users", null, AclEntry.Open))).IsOk);
        Assert.True((await _silo.RunAsync(new CreateOperation("/config/users/admin", evil, AclEntry.ReadOnly))).IsOk);
        Assert.True((await _silo.RunAsync(new SetAclOperation("/config/users", AclEntry.ReadOnly))).IsOk);
        await _silo.RestartAsync();
        await _silo.RegisterAsync();

        Assert.Empty(Store.Current.Users);
        StoreOutcome refused = await Store.AlterQuotasAsync(new QuotaEntity("u", null), new Dictionary<QuotaKind, double?> { [QuotaKind.ProducerByteRate] = 1 });
        Assert.Equal(ErrorCode.UnknownServerError, refused.Error);
        Assert.Contains("/config/users was made by somebody else", refused.Message, StringComparison.Ordinal);

        Assert.True((await _silo.RunAsync(new DeleteOperation("/config/users/admin"), ZNodeCaller.Service)).IsOk);
        Assert.True((await _silo.RunAsync(new DeleteOperation("/config/users"), ZNodeCaller.Service)).IsOk);
        Assert.Equal(ErrorCode.None, (await Store.AlterQuotasAsync(new QuotaEntity("u", null), new Dictionary<QuotaKind, double?> { [QuotaKind.ProducerByteRate] = 1 })).Error);
        Assert.Equal(1, Store.Current.Quotas.Find(QuotaKind.ProducerByteRate, "u", "c")!.Value.Limit);
    }

    [Fact]
    public async Task ManyWriters_LoseNoRule()
    {
        AclBinding[] bindings = [.. Enumerable.Range(0, 12).Select(i => Binding with { Rule = Binding.Rule with { Principal = $"User:u{i}" } })];

        IReadOnlyList<StoreOutcome>[] outcomes = await Task.WhenAll(bindings.Select(binding => Store.CreateAclsAsync([binding])));

        Assert.All(outcomes, outcome => Assert.Equal(StoreOutcome.Done, outcome.Single()));
        Assert.Equal(12, Store.Current.Acls.All.Count());
    }

    private async Task<string?> ReadAsync(string path)
    {
        ZNodeReply reply = await _silo.RunAsync(new GetDataOperation(path), ZNodeCaller.Service);
        return reply.IsOk ? System.Text.Encoding.UTF8.GetString(reply.Data!.Value.Span) : null;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
