using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

public sealed class EditorFilesTests
{
    [Fact]
    public void The_script_that_keeps_running_is_a_process() => Assert.Equal(
        """
        [process.dev]
        run = "pnpm run dev"
        port = 5173

        """,
        Import.Of("package.json", "{ \"scripts\": { \"dev\": \"vite --port 5173\", \"build\": \"vite build\", \"start\": \"node .\" } }", beside: new Folder { ["pnpm-lock.yaml"] = "" }) is var imported
            && imported.NotTaken.Select(note => note.ToString()).SequenceEqual(
                ["package.json:1: scripts.build: it ends by itself", "package.json:1: scripts.start: another way to run it; dev was taken"]) ? imported.Toml : "");

    [Fact]
    public void What_starts_several_at_once_becomes_several() => Assert.Equal(
        """
        [process.tsc]
        run = "npm exec -c 'tsc --watch'"

        [process."dev:api"]
        run = "npm run dev:api"

        [process."dev:web"]
        run = "npm run dev:web"
        port = 3000

        """,
        Import.All("package.json", """
            {
              "scripts": {
                "dev": "concurrently -n tsc 'tsc --watch' \"npm:dev:*\"",
                "dev:api": "node api.js",
                "dev:web": "PORT=3000 vite"
              }
            }
            """));

    [Theory]
    [InlineData("run-p dev:a dev:b")]
    [InlineData("npm-run-all --parallel dev:*")]
    public void So_does_npm_run_all(string line)
    {
        var toml = Import.All("package.json", $"{{ \"scripts\": {{ \"dev\": \"{line}\", \"dev:a\": \"x\", \"dev:b\": \"y\" }} }}");

        Assert.Contains("[process.\"dev:a\"]\nrun = \"npm run dev:a\"\n", toml);
        Assert.Contains("[process.\"dev:b\"]\nrun = \"npm run dev:b\"\n", toml);
    }

    [Fact]
    public void A_package_in_which_nothing_keeps_running_is_an_error() => Assert.Equal(
        "package.json:1:1: it has no script that keeps running, such as dev, start:dev, develop, serve, start, watch",
        Import.Refusal("package.json", "{ \"scripts\": { \"test\": \"x\" } }"));

    [Fact]
    public void The_first_profile_of_a_project_is_a_process() => Assert.Equal(
        """
        [process."Catalog.API"]
        run = "dotnet run --no-launch-profile -- --seed"
        cwd = ".."
        port = 5222
        url = "http://localhost:5222/swagger"
        env = { ASPNETCORE_ENVIRONMENT = "Development", ASPNETCORE_URLS = "http://localhost:5222" }

        """,
        Import.Of("src/Catalog.API/Properties/launchSettings.json", "\ufeff" + """
            {
              "$schema": "x",
              "profiles": {
                "http": {
                  "commandName": "Project",
                  "commandLineArgs": "--seed",
                  "launchBrowser": true,
                  "launchUrl": "swagger", "applicationUrl": "http://localhost:5222",
                  "environmentVariables": { "ASPNETCORE_ENVIRONMENT": "Development" }
                },
                "https": { "commandName": "Project" },
                "IIS Express": { "commandName": "IISExpress" }
              }
            }
            """) is var imported && imported.NotTaken.Select(note => note.ToString()["src/Catalog.API/Properties/".Length..]).SequenceEqual(
            [
                "launchSettings.json:7: profiles.http.launchBrowser: only an editor does this",
                "launchSettings.json:11: profiles.https: another way to run the same project; http was taken",
                "launchSettings.json:12: profiles.IIS Express: there is no IISExpress here",
            ]) ? imported.Toml : string.Join('\n', imported.NotTaken));

    [Fact]
    public void A_configuration_of_vs_code_that_starts_a_program_is_a_process() => Assert.Equal(
        """
        [process.API]
        run = "node main.js --port 3000"
        cwd = "../api"
        env-file = ["../.env"]
        env = { HOME_OF = "${HOME}/x" }

        [process.jobs]
        run = "python3 -m jobs"
        cwd = ".."

        [process.shell]
        run = "npm run dev && echo x"
        cwd = ".."

        """,
        Import.Of(".vscode/launch.json", """
            {
              // comment
              "version": "0.2.0",
              "configurations": [
                {
                  "name": "API", "type": "node", "request": "launch", "program": "${workspaceFolder}/api/main.js", "args": ["--port", "3000"],
                  "cwd": "${workspaceFolder}/api", "envFile": "${workspaceFolder}/.env", "env": { "HOME_OF": "${env:HOME}/x" },
                  "skipFiles": ["<node_internals>/**"],
                },
                { "name": "jobs", "type": "debugpy", "request": "launch", "module": "jobs" },
                { "name": "shell", "type": "node-terminal", "request": "launch", "command": "npm run dev && echo x" },
                { "name": "attach", "type": "node", "request": "attach" },
                { "name": "chrome", "type": "chrome", "request": "launch", "url": "x" },
              ],
            }
            """) is var imported && imported.NotTaken.Select(note => note.ToString()).SequenceEqual(
            [
                ".vscode/launch.json:8: configurations[0].skipFiles: only an editor does this",
                ".vscode/launch.json:12: configurations[3]: it starts nothing, but attaches a debugger",
                ".vscode/launch.json:13: configurations[4]: how to start something of the type chrome is not known here",
            ]) ? imported.Toml : string.Join('\n', imported.NotTaken));

    [Fact]
    public void What_only_an_editor_knows_is_told() => Assert.Equal(
        [".vscode/launch.json:1: configurations[0]: '${file}' holds what only an editor knows"],
        Import.Told(".vscode/launch.json", "{ \"configurations\": [{ \"name\": \"a\", \"type\": \"python\", \"program\": \"${file}\" }] }"));

    [Fact]
    public void The_files_of_a_folder_are_found() => Assert.Equal(
        ["Procfile", "compose.yaml", "Properties/launchSettings.json"],
        Importer.FindIn(new Folder { ["Procfile"] = "", ["compose.yaml"] = "", ["sentinel.toml"] = "", ["Properties/launchSettings.json"] = "", ["other/Procfile"] = "" }));

    [Fact]
    public void A_file_that_nobody_knows_is_an_error() => Assert.StartsWith("notes.txt: not a file that import knows; it knows Procfile", Import.Refusal("notes.txt", "x"));
}
