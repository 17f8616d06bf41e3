using System.Data.Common;
using System.Globalization;

namespace StreamCoord.Grains.Storage;

/// <summary>Brings a database to the schema version that this build knows, or says why it cannot be used.</summary>
internal static class Schema
{
    /// <summary>Applies the scripts that are missing, each in a transaction of its own. For the silo's own SQLite file.</summary>
    public static async Task ApplyAsync(DbConnection connection)
    {
        IReadOnlyList<SchemaScript> scripts = SchemaScript.All("sqlite");
        int version = await ReadVersionAsync(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_version'");
        RefuseNewer(version, scripts.Count);
        foreach (SchemaScript script in scripts.Skip(version))
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            await using DbCommand command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = script.ReadText();
            await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
    }

    /// <summary>Checks that an operator has applied every script. For a database that is not the silo's own.</summary>
    public static async Task CheckAsync(DbConnection connection)
    {
        IReadOnlyList<SchemaScript> scripts = SchemaScript.All("postgresql");
        int version = await ReadVersionAsync(connection, "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('schema_version')");
        RefuseNewer(version, scripts.Count);
        if (version < scripts.Count)
        {
            throw new DatabaseException($"The database lacks the script {scripts[version].FileName}. Apply it, and any with a higher number, with psql.");
        }
    }

    private static async Task<int> ReadVersionAsync(DbConnection connection, string countVersionTables)
    {
        return await ReadNumberAsync(connection, countVersionTables) == 0
            ? 0
            : await ReadNumberAsync(connection, "SELECT COALESCE(MAX(version), 0) FROM schema_version");
    }

    private static async Task<int> ReadNumberAsync(DbConnection connection, string query)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = query;
        return Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private static void RefuseNewer(int version, int known)
    {
        if (version > known)
        {
            throw new DatabaseException(
                $"The database has schema version {version}, and this build knows versions up to {known}. Run the newer build that wrote it.");
        }
    }
}
