using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using UserAnswer = StreamCoord.Protocol.Kafka.Messages.AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Stores and deletes users' credentials (KIP-554), all of a user's or none. Clients send no password, but its hash.</summary>
internal sealed class AlterUserScramCredentialsHandler(ISecurityStore store) : ApiHandler<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>
{
    private const int SaltBytesMax = 1_024;

    /// <inheritdoc/>
    protected override async Task<AlterUserScramCredentialsResponse> HandleAsync(AlterUserScramCredentialsRequest request, KafkaRequestContext context)
    {
        string[] users = [.. request.Deletions.Select(one => one.Name).Concat(request.Upsertions.Select(one => one.Name)).Distinct()];
        bool isAllowed = context.Access.AllowsCluster(AclOperation.Alter);
        var answers = new List<UserAnswer>();
        foreach (string user in users)
        {
            StoreOutcome outcome = isAllowed ? await AlterAsync(user, request) : StoreOutcome.Refused(ErrorCode.ClusterAuthorizationFailed, Access.Refusal);
            answers.Add(new UserAnswer
            {
                User = user,
                ErrorCode = (short)outcome.Error,
                ErrorMessage = outcome.Message,
            });
        }
        return new AlterUserScramCredentialsResponse { Results = answers };
    }

    private Task<StoreOutcome> AlterAsync(string user, AlterUserScramCredentialsRequest request)
    {
        AlterUserScramCredentialsRequest.ScramCredentialDeletion[] deletions = [.. request.Deletions.Where(one => one.Name == user)];
        AlterUserScramCredentialsRequest.ScramCredentialUpsertion[] upsertions = [.. request.Upsertions.Where(one => one.Name == user)];
        sbyte[] mechanisms = [.. deletions.Select(one => one.Mechanism), .. upsertions.Select(one => one.Mechanism)];
        StoreOutcome? refusal = user.Length == 0 || SaslPrep.TryPrepare(user) != user ? StoreOutcome.Refused(ErrorCode.UnacceptableCredential, "Nobody can be called so.")
            : mechanisms.Length != mechanisms.Distinct().Count() ? StoreOutcome.Refused(ErrorCode.DuplicateResource, "The request has two changes for one mechanism of the user.")
            : mechanisms.Any(mechanism => (SaslMechanism)mechanism is not (SaslMechanism.ScramSha256 or SaslMechanism.ScramSha512))
                ? StoreOutcome.Refused(ErrorCode.UnsupportedSaslMechanism, "Credentials are for SCRAM-SHA-256 (1) and SCRAM-SHA-512 (2).")
            : upsertions.Select(Check).FirstOrDefault(problem => problem is not null) is { } weak ? StoreOutcome.Refused(ErrorCode.UnacceptableCredential, weak) : null;
        return refusal is not null ? Task.FromResult(refusal) : store.AlterUserAsync(user, deletions
            .Select(one => KeyValuePair.Create((SaslMechanism)one.Mechanism, (ScramCredential?)null))
            .Concat(upsertions.Select(one => KeyValuePair.Create((SaslMechanism)one.Mechanism, (ScramCredential?)Read(one))))
            .ToDictionary());
    }

    private static ScramCredential Read(AlterUserScramCredentialsRequest.ScramCredentialUpsertion wanted) =>
        ScramCredential.FromSaltedPassword((SaslMechanism)wanted.Mechanism, wanted.Salt.ToArray(), wanted.SaltedPassword.ToArray(), wanted.Iterations);

    private static string? Check(AlterUserScramCredentialsRequest.ScramCredentialUpsertion wanted)
    {
        return wanted.Iterations < ScramCredential.IterationsMin ? $"A password is hashed in {ScramCredential.IterationsMin} rounds or more."
            : wanted.Iterations > ScramCredential.IterationsMax ? $"A password is hashed in {ScramCredential.IterationsMax} rounds at most."
            : wanted.Salt.Length is 0 or > SaltBytesMax ? $"A salt has 1 to {SaltBytesMax} bytes."
            : wanted.SaltedPassword.Length != ScramCredential.DigestBytes((SaslMechanism)wanted.Mechanism) ? "The salted password has not the length that the mechanism's hash has." : null;
    }
}
