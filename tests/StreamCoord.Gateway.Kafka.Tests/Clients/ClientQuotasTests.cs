using Microsoft.Extensions.Time.Testing;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Security;
using StreamCoord.Testing.Security;

namespace StreamCoord.Gateway.Kafka.Tests.Clients;

public sealed class ClientQuotasTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryStore _store = new();

    [Fact]
    public void WithoutQuotas_NothingIsMeasured()
    {
        Assert.Same(RequestThrottle.None, new ClientQuotas(_store, _time).For("u", "c"));
    }

    [Fact]
    public void AThread_IsLentNoLongerThanItsShare()
    {
        Set(new QuotaEntity("u", null), QuotaKind.RequestPercentage, 50);
        var quotas = new ClientQuotas(_store, _time);
        RequestThrottle request = quotas.For("u", "c");

        long begun = request.BeginWork();
        _time.Advance(TimeSpan.FromSeconds(4));
        request.EndWork(begun);
        Assert.Equal(TimeSpan.Zero, request.Delay);

        // 5.2 s in a window of 10.2 s: 520 / 10.2 % are 0.98 above 50, and 0.98 / 50 x 10.2 s.
        begun = request.BeginWork();
        _time.Advance(TimeSpan.FromSeconds(1.2));
        request.EndWork(begun);
        Assert.Equal(200, request.Delay.TotalMilliseconds, 1);

        begun = request.BeginWork();
        _time.Advance(TimeSpan.FromSeconds(4));
        request.EndWork(begun);
        Assert.Equal(TimeSpan.FromSeconds(1), request.Delay);
        Assert.Equal(TimeSpan.Zero, quotas.For("v", "c").Delay);
    }

    [Fact]
    public void AUsersClients_ShareWhatIsTheUsers_AndAClientsUsersWhatIsTheClients()
    {
        Set(new QuotaEntity("u", null), QuotaKind.ProducerByteRate, 100);
        var quotas = new ClientQuotas(_store, _time);
        Assert.Equal(TimeSpan.Zero, quotas.Record(QuotaKind.ProducerByteRate, "u", "a", 1_000));
        Assert.Equal(TimeSpan.FromSeconds(10), quotas.Record(QuotaKind.ProducerByteRate, "u", "b", 1_000));
        Assert.Equal(TimeSpan.Zero, quotas.Record(QuotaKind.ProducerByteRate, "v", "b", 1_000_000));

        Set(new QuotaEntity(null, QuotaEntity.Default), QuotaKind.ProducerByteRate, 100);
        Assert.Equal(TimeSpan.Zero, quotas.Record(QuotaKind.ProducerByteRate, "v", "x", 1_000));
        Assert.Equal(TimeSpan.FromSeconds(10), quotas.Record(QuotaKind.ProducerByteRate, "w", "x", 1_000));
    }

    [Fact]
    public void AFetch_ThatIsNotGiven_CountsForNothing()
    {
        Set(new QuotaEntity("u", null), QuotaKind.ConsumerByteRate, 100);
        var quotas = new ClientQuotas(_store, _time);
        Assert.True(quotas.For("u", "c").TryFetch(900));
        RequestThrottle second = quotas.For("u", "c");
        Assert.False(second.TryFetch(300));
        Assert.Equal(TimeSpan.FromSeconds(2), second.Delay);

        Assert.True(quotas.For("u", "c").TryFetch(100));
        Assert.Equal(1_000, quotas.For("u", "c").FetchBytesMax);
    }

    [Fact]
    public void AnAddress_ConnectsNoFasterThanItMay()
    {
        Set(new QuotaEntity(null, null, QuotaEntity.Default), QuotaKind.ConnectionCreationRate, 1);
        var quotas = new ClientQuotas(_store, _time);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(TimeSpan.Zero, quotas.RecordConnection("10.0.0.1"));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), quotas.RecordConnection("10.0.0.1"));
        Assert.Equal(TimeSpan.Zero, quotas.RecordConnection("10.0.0.2"));
    }

    private void Set(QuotaEntity entity, QuotaKind kind, double limit) => _store.Current = _store.Current with
    {
        Quotas = new QuotaTable(new Dictionary<QuotaEntity, IReadOnlyDictionary<QuotaKind, double>> { [entity] = new Dictionary<QuotaKind, double> { [kind] = limit } }),
    };
}
