using System.Security.Cryptography;
using System.Text;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing.Sasl;

namespace StreamCoord.Gateway.Kafka.Tests.Client;

/// <summary>How a client proves who it is, as clients of Kafka do.</summary>
internal static class Authentication
{
    public static byte[] Plain(string user, string password) => Encoding.UTF8.GetBytes($"\0{user}\0{password}");

    public static Task<SaslHandshakeResponse> HandshakeAsync(this KafkaClient client, string mechanism, short version = 1) =>
        client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(new SaslHandshakeRequest { Mechanism = mechanism }, version);

    public static Task<SaslAuthenticateResponse> TokenAsync(this KafkaClient client, byte[] token, short version = 2) =>
        client.AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(new SaslAuthenticateRequest { AuthBytes = token }, version);

    /// <summary>Logs in by PLAIN.</summary>
    public static async Task LogInAsync(this KafkaClient client, string user, string password)
    {
        Assert.Equal(0, (await client.HandshakeAsync("PLAIN")).ErrorCode);
        SaslAuthenticateResponse answer = await client.TokenAsync(Plain(user, password));
        Assert.True(answer.ErrorCode == 0, answer.ErrorMessage);
    }

    /// <summary>Logs in by SCRAM; returns the error of the last answer.</summary>
    public static async Task<short> TryScramAsync(this KafkaClient client, string mechanism, string user, string password, short version = 2)
    {
        var scram = new ScramTestClient(mechanism == "SCRAM-SHA-256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512, user, password);
        Assert.Equal(0, (await client.HandshakeAsync(mechanism)).ErrorCode);
        SaslAuthenticateResponse first = await client.TokenAsync(Encoding.UTF8.GetBytes(scram.First), version);
        Assert.Equal(0, first.ErrorCode);
        SaslAuthenticateResponse last = await client.TokenAsync(Encoding.UTF8.GetBytes(scram.Final(Encoding.UTF8.GetString(first.AuthBytes.Span))), version);
        Assert.True(last.ErrorCode != 0 || scram.IsServer(Encoding.UTF8.GetString(last.AuthBytes.Span)));
        return last.ErrorCode;
    }
}
