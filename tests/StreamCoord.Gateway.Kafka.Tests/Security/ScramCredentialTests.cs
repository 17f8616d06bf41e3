using System.Security.Cryptography;
using System.Text;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using Deletion = StreamCoord.Protocol.Kafka.Messages.AlterUserScramCredentialsRequest.ScramCredentialDeletion;
using Upsertion = StreamCoord.Protocol.Kafka.Messages.AlterUserScramCredentialsRequest.ScramCredentialUpsertion;

namespace StreamCoord.Gateway.Kafka.Tests.Security;

/// <summary>Users whose credentials are stored (KIP-554).</summary>
public sealed class ScramCredentialTests(SecureSiloFixture fixture)
{
    [Fact]
    public async Task AStoredUser_LogsIn_UntilItIsDeleted()
    {
        string user = fixture.NewName() + "ü/%";
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        Assert.Equal(0, await AlterAsync(admin, [], [Credential(user, 1, "first"), Credential(user, 2, "first")]));

        Assert.Equal(0, await LogInAsync("SCRAM-SHA-256", user, "first"));
        Assert.Equal(0, await LogInAsync("SCRAM-SHA-512", user, "first"));
        Assert.Equal((short)ErrorCode.SaslAuthenticationFailed, await LogInAsync("SCRAM-SHA-256", user, "second"));
        await using KafkaClient plain = await fixture.ConnectAsync();
        await plain.LogInAsync(user, "first");
        DescribeUserScramCredentialsResponse described = await DescribeAsync(admin, user);
        Assert.Equal("1:5000,2:5000", string.Join(',', described.Results.Single().CredentialInfos.Select(info => $"{info.Mechanism}:{info.Iterations}")));

        Assert.Equal(0, await AlterAsync(admin, [new Deletion { Name = user, Mechanism = 1 }], [Credential(user, 2, "second")]));
        Assert.Equal((short)ErrorCode.SaslAuthenticationFailed, await LogInAsync("SCRAM-SHA-256", user, "first"));
        Assert.Equal(0, await LogInAsync("SCRAM-SHA-512", user, "second"));
        Assert.Equal(0, await AlterAsync(admin, [new Deletion { Name = user, Mechanism = 2 }], []));
        Assert.Equal((short)ErrorCode.ResourceNotFound, (await DescribeAsync(admin, user)).Results.Single().ErrorCode);
    }

    [Fact]
    public async Task WhatCannotBeStored_IsRefused_AndChangesNothing()
    {
        string user = fixture.NewName();
        await using KafkaClient admin = await fixture.LogInAsync("admin");
        Upsertion few = Credential(user, 1, "p");
        few.Iterations = 4_095;
        Upsertion many = Credential(user, 1, "p");
        many.Iterations = 16_385;
        Upsertion cut = Credential(user, 1, "p");
        cut.SaltedPassword = cut.SaltedPassword[..31];

        Assert.Equal((short)ErrorCode.UnacceptableCredential, await AlterAsync(admin, [], [few]));
        Assert.Equal((short)ErrorCode.UnacceptableCredential, await AlterAsync(admin, [], [many]));
        Assert.Equal((short)ErrorCode.UnacceptableCredential, await AlterAsync(admin, [], [cut]));
        Assert.Equal((short)ErrorCode.UnacceptableCredential, await AlterAsync(admin, [], [Credential("", 1, "p")]));
        Assert.Equal((short)ErrorCode.UnsupportedSaslMechanism, await AlterAsync(admin, [], [Credential(user, 3, "p")]));
        Assert.Equal((short)ErrorCode.DuplicateResource, await AlterAsync(admin, [], [Credential(user, 1, "p"), Credential(user, 1, "q")]));
        Assert.Equal((short)ErrorCode.ResourceNotFound, await AlterAsync(admin, [new Deletion { Name = user, Mechanism = 1 }], [Credential(user, 2, "p")]));
        Assert.Equal((short)ErrorCode.ResourceNotFound, (await DescribeAsync(admin, user)).Results.Single().ErrorCode);
        Assert.Equal((short)ErrorCode.DuplicateResource, (await DescribeAsync(admin, user, user)).Results.Single().ErrorCode);
    }

    [Fact]
    public async Task NobodyElse_MayStoreOne()
    {
        await using KafkaClient alice = await fixture.LogInAsync("alice");

        Assert.Equal((short)ErrorCode.ClusterAuthorizationFailed, await AlterAsync(alice, [], [Credential("mallory", 1, "p")]));
    }

    private async Task<short> LogInAsync(string mechanism, string user, string password)
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        return await client.TryScramAsync(mechanism, user, password);
    }

    private static async Task<short> AlterAsync(KafkaClient client, Deletion[] deletions, Upsertion[] upsertions)
    {
        var request = new AlterUserScramCredentialsRequest
        {
            Deletions = deletions,
            Upsertions = upsertions,
        };
        return (await client.AskAsync<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(request, 0)).Results.Single().ErrorCode;
    }

    private static Task<DescribeUserScramCredentialsResponse> DescribeAsync(KafkaClient client, params string[] users) =>
        client.AskAsync<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
            new DescribeUserScramCredentialsRequest { Users = [.. users.Select(user => new DescribeUserScramCredentialsRequest.UserName { Name = user })] }, 0);

    private static Upsertion Credential(string user, sbyte mechanism, string password)
    {
        byte[] salt = [1, 2, 3, 4];
        return new Upsertion
        {
            Name = user,
            Mechanism = mechanism,
            Iterations = 5_000,
            Salt = salt,
            SaltedPassword = mechanism == 2
                ? Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, 5_000, HashAlgorithmName.SHA512, 64)
                : Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, 5_000, HashAlgorithmName.SHA256, 32),
        };
    }
}
