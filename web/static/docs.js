// Swagger UI over the description of the API. It asks nobody but this server.
SwaggerUIBundle({
  url: document.currentScript.dataset.url,
  dom_id: "#swagger",
  validatorUrl: null,
  deepLinking: true,
  persistAuthorization: false,
});
